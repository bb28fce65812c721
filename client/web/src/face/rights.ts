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

/** Speaks over everything without having been lent the word. */
export const speaksToAll = has('host', 'co_host');

/** Lends others the word, and takes it back. */
export const lendsWord = has('host', 'co_host');

/** Keeps broadcasts out of a closed table: hosts; who facilitates, or brings its topic, where they sit. */
export function keepsOut(role: Role, sitsThere: boolean, bringsIt: boolean): boolean {
  return runsSpace(role) || (sitsThere && (bringsIt || role === 'facilitator'));
}

/** Brings a talking piece, gives it and puts it away: who keeps broadcasts out may do it, at open tables too. */
export const movesPiece = keepsOut;

/** Calls everybody to the plenum. */
export const callsPlenum = has('host', 'co_host');

/** Gives the space a bell of its own, and lets studios in. */
export const opensDoors = has('host', 'co_host');

/** Only hosts show hosts out, or give them another role. */
export function mayJudge(role: Role, other: Role): boolean {
  return role === 'host' || (runsSpace(role) && other !== 'host');
}

/** Roles that may be given. Only a host makes hosts. */
export function rolesToGive(role: Role): readonly Role[] {
  const all: Role[] = ['participant', 'convener', 'facilitator', 'reporter', 'helper', 'co_host'];
  return role === 'host' ? [...all, 'host'] : all;
}
