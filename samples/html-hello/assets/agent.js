import { offices } from './offices.js';
import { duration, element, everyMinute, look } from './clock.js';
import { badge } from './zone.js';

const rows = document.querySelector('#offices');
const summary = document.querySelector('#summary');

function row({ office, state }) {
  const tr = element('tr');
  const name = element('th', '', office.city);
  name.scope = 'row';
  tr.append(name, element('td', 'time', office.extension), element('td', '', duration(state.left)));
  return tr;
}

everyMinute((now) => {
  const open = offices.map((office) => ({ office, state: look(office, now) }))
    .filter(({ state }) => state.open)
    .sort((a, b) => b.state.left - a.state.left);
  rows.replaceChildren(...open.map(row));
  badge(open.length);
  summary.textContent = open.length ? 'Offices that take a call now, the longest open first.' : 'No office is open at the moment.';
});
