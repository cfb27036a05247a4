/** The commune of whoever works for some communes only. */

interface Grant {
  communes: string[];
}

/** Return the commune in which a person acts when nothing says where: none where the right is over the whole city. */
export function homeOf(rights: Record<string, unknown> | undefined, right: string): string {
  const grants = (rights?.[right] ?? []) as Grant[];
  const communes = grants.flatMap((grant) => grant.communes);
  return communes.includes('*') ? '' : (communes.sort()[0] ?? '');
}
