/** Textes de la salle : standby. */

export const standby = {};
