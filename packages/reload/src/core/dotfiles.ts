/** Whether a name is private: dotfiles are neither served nor watched, except `.well-known`, which belongs to the site. [R3, R8] */
export function isDotfile(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known';
}
