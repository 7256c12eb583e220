/** No group can be called so: `up -n auto` makes a name up. */
export const AUTO = 'auto';

/** Takes the name of a directory, or any text; gives the group's name made from it, much as docker compose makes a project's. */
export function groupNameFrom(directory: string, fallback = 'rsentinel'): string {
  const name = directory
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+/, '')
    .slice(0, 41)
    .replace(/-+$/, '');
  return name === '' || name === AUTO ? fallback : name;
}
