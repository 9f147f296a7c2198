export { storeContract } from './store/contract.ts';
export type { StoreContractCase, StoreContractSetup } from './store/contract.ts';
export type { Store, StoreListener } from './core/ports.ts';
