// The part of identity.js that is an ES module.
export const who = (req) => appzone.identity(req);
