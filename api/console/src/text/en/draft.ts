// What is said of changes that are not saved yet.
export default {
  outdated: "Somebody else changed this meanwhile",
  outdatedBy: "{{who}} changed this meanwhile",
  outdatedDetail: "Nothing that you entered is lost. Take the new state over with your changes on top, or drop your changes.",
  rebase: "Keep my changes on the new state",
  discard: "Drop my changes",
};
