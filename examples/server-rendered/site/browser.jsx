import { hydrateRoot } from 'react-dom/client';
import '@live-online/widget/define';
import { Boarding } from './boarding.jsx';

const target = document.querySelector('#app');
// The render needs the same number as the server's, or React would report a difference.
const initialTotal = Number(target.dataset.total);
const server = new URL('/live-online/', location.href).href;
hydrateRoot(target, <Boarding server={server} initialTotal={initialTotal} />);
