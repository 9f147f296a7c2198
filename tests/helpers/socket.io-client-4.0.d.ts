// Its own declarations are not reachable by its `exports`.
declare module 'socket.io-client-4.0' {
  export { io } from 'socket.io-client';
}
