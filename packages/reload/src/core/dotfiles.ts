/** Whether a name is private: dotfiles are neither served nor watched. Well-known files are a part of the site. [R3, R8] */
export function isDotfile(name: string): boolean {
  return name.startsWith('.') && name !== '.well-known';
}
