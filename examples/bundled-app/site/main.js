import { createCounter } from '@live-online/widget';
import '@live-online/widget/define';
import './site.css';

// The element shows the number by itself.
const element = document.querySelector('live-online-counter');
const language = document.querySelector('#language');
language.addEventListener('change', () => {
  element.lang = language.value;
});

// A counter without a user interface. It shares the connection of the element, so that this page is one visitor.
const counter = createCounter({ server: import.meta.env.VITE_COUNTER_SERVER });
const most = document.querySelector('#most');
const title = document.title;
let maximum = 0;
counter.subscribe(({ status, total }) => {
  document.title = status === 'live' ? `(${total}) ${title}` : title;
  if (total === undefined || total <= maximum) return;
  maximum = total;
  most.value = String(maximum);
});
