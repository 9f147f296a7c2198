import type { Part } from './part.ts';
import { findTarget, selectorOf } from './target.ts';

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const MAX_VALUE_LENGTH = 1_000;
const SECRET_TYPES = new Set(['password', 'hidden', 'file']);
const SECRET_AUTOCOMPLETE = /(^|\s)(cc-\S+|current-password|new-password|one-time-code)(\s|$)/i;
/** Fields that have been password fields: a page may show the password as text. */
const passwords = new WeakSet<Field>();

export const syncFields: Part = (send) => {
  rememberPasswords();
  // A field may become one later.
  for (const event of ['focusin', 'pointerdown']) addEventListener(event, rememberPasswords, true);
  const onChange = (event: Event): void => {
    const { target } = event;
    if (!event.isTrusted || !isField(target) || isSecret(target)) return;
    const details = isChecked(target) ? { checked: target.checked } : { value: target.value };
    if ((details.value?.length ?? 0) <= MAX_VALUE_LENGTH) send({ target: selectorOf(target), ...details });
  };
  addEventListener('input', onChange, true);
  addEventListener('change', onChange, true);
  return ({ target, value, checked }) => {
    rememberPasswords();
    const field = findTarget(target);
    if (!isField(field) || isSecret(field)) return;
    if (isChecked(field)) {
      if (checked === undefined || field.checked === checked) return;
      field.checked = checked;
    } else {
      if (value === undefined || field.value === value) return;
      setValue(field, value);
    }
    // Neither is trusted, so this page does not send it again.
    for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
  };
};

function rememberPasswords(): void {
  for (const field of document.querySelectorAll<HTMLInputElement>('input[type=password]'))
    passwords.add(field);
}

function isSecret(field: Field): boolean {
  return (
    SECRET_TYPES.has(field.type) ||
    passwords.has(field) ||
    SECRET_AUTOCOMPLETE.test(field.getAttribute('autocomplete') ?? '')
  );
}

function isField(target: unknown): target is Field {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}

function isChecked(field: Field): field is HTMLInputElement {
  return field.type === 'checkbox' || field.type === 'radio';
}

/** By the prototype, because frameworks replace `value` of a field to see what scripts write. */
function setValue(field: Field, value: string): void {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field) as Field, 'value')?.set?.call(field, value);
}
