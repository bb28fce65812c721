/**
 * Which controls a role has. The server decides; this only keeps away what it would refuse. In the order of the
 * server's own matrix of roles and commands.
 */
import type { Role } from '../wire/types';

const has = (...roles: Role[]) => (role: Role): boolean => roles.includes(role);

/** Arranges slots and everybody's topics, gives roles, shows people out. */
export const runsSpace = has('host', 'co_host');

/** Mutes others, and asks them to speak. */
export const steersVoices = has('host', 'co_host', 'facilitator');

/** Walks others to a place. */
export const movesPeople = has('host', 'co_host', 'helper');

/** Takes calls for help. */
export const helps = has('host', 'co_host', 'helper');

/** Only hosts show hosts out, or give them another role. */
export function mayJudge(role: Role, other: Role): boolean {
  return role === 'host' || (runsSpace(role) && other !== 'host');
}

/** Roles that may be given. Only a host makes hosts. */
export function rolesToGive(role: Role): readonly Role[] {
  const all: Role[] = ['participant', 'convener', 'facilitator', 'reporter', 'helper', 'co_host'];
  return role === 'host' ? [...all, 'host'] : all;
}
