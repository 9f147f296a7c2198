import type { Part } from './part.ts';
import { isField, isSecret, rememberPasswords, type Field } from './secret-fields.ts';
import { findTarget, selectorOf } from './target.ts';

const MAX_VALUE_LENGTH = 1_000;

export const syncFields: Part = (send) => {
  rememberPasswords();
  // A field may become one later.
  for (const event of ['focusin', 'pointerdown']) addEventListener(event, rememberPasswords, true);
  const onChange = (event: Event): void => {
    const { target } = event;
    if (!event.isTrusted || !isField(target) || isSecret(target)) return;
    const details = isChecked(target) ? { checked: target.checked } : { value: valueOf(target) };
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
      if (value === undefined || valueOf(field) === value) return;
      setValue(field, value);
    }
    // Neither is trusted, so this page does not send it again.
    for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
  };
};

function isChecked(field: Field): field is HTMLInputElement {
  return field.type === 'checkbox' || field.type === 'radio';
}

function isList(field: Field): field is HTMLSelectElement {
  return field.type === 'select-multiple';
}

/** Of a list, the values that are selected, one in a line. */
function valueOf(field: Field): string {
  return isList(field) ? Array.from(field.selectedOptions, ({ value }) => value).join('\n') : field.value;
}

/** By the prototype, because frameworks replace `value` of a field to see what scripts write. */
function setValue(field: Field, value: string): void {
  if (isList(field)) {
    const selected = new Set(value.split('\n'));
    for (const option of field.options) option.selected = selected.has(option.value);
    return;
  }
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field) as Field, 'value')?.set?.call(field, value);
}
