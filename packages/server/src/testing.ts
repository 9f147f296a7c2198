export { storeContract } from './store/contract.ts';
export type { StoreContractCase, StoreGround } from './store/contract.ts';
export type { Store, StoreListener } from './core/ports.ts';
