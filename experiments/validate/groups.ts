export interface Group<Key, Member> {
  readonly key: Key;
  readonly members: Member[];
}

/** Groups in the order of their first member. */
export function groupedBy<Key, Member>(
  members: readonly Member[],
  keyOf: (member: Member) => Key,
): Group<Key, Member>[] {
  const groups = new Map<string, Group<Key, Member>>();
  for (const member of members) {
    const key = keyOf(member);
    const name = JSON.stringify(key);
    const group = groups.get(name) ?? { key, members: [] };
    group.members.push(member);
    groups.set(name, group);
  }
  return [...groups.values()];
}
