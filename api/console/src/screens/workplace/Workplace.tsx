// Workplace shows the pages of plugins, those that are open as tabs. It is there all the time, so that they keep their state.
export function Workplace({ shown }: { shown: boolean }) {
  return shown ? <div /> : null;
}
