import { offices } from './offices.js';
import { duration, element, everyMinute, look } from './clock.js';
import { badge } from './zone.js';

const list = document.querySelector('#offices');
const summary = document.querySelector('#summary');

function card(office, state) {
  const item = element('li', state.open ? 'card open' : 'card');
  item.append(
    element('h2', '', office.city),
    element('p', 'time', state.time),
    element('p', 'state', state.open ? `Open, ${duration(state.left)} left` : `Closed (${state.day})`));
  return item;
}

everyMinute((now) => {
  const states = offices.map((office) => look(office, now));
  list.replaceChildren(...offices.map((office, i) => card(office, states[i])));
  const open = states.filter((state) => state.open).length;
  badge(open);
  summary.textContent = `${open} of ${offices.length} offices are open.`;
});
