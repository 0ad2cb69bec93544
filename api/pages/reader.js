// Shows the host's OpenAPI document. Everything from the document becomes text, never markup.
'use strict';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function make(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((c) => c !== undefined && c !== ''));
  return node;
}

function table(head, rows) {
  if (rows.length === 0) return '';
  return make('table', {},
    make('tr', {}, ...head.map((h) => make('th', {}, h))),
    ...rows.map((r) => make('tr', {}, ...r.map((c) => make('td', {}, c)))));
}

function nameOf(schema) {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.type === 'array') return nameOf(schema.items) + '[]';
  if (schema.oneOf) return schema.oneOf.map(nameOf).join(' | ');
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ');
  return [].concat(schema.type || 'any').join(' | ');
}

function schemaLink(schema) {
  const name = nameOf(schema);
  const ref = schema && (schema.$ref || (schema.items && schema.items.$ref));
  return ref ? make('a', { href: '#schema-' + ref.split('/').pop() }, name) : make('code', {}, name);
}

function content(body) {
  const parts = [];
  for (const [type, media] of Object.entries((body && body.content) || {})) {
    parts.push(make('p', {}, make('code', {}, type), ' ', schemaLink(media.schema)));
    const example = media.example ?? Object.values(media.examples || {})[0]?.value;
    if (example !== undefined) parts.push(make('pre', {}, typeof example === 'string' ? example : JSON.stringify(example, null, 2)));
  }
  return parts;
}

function operation(doc, path, method, op, shared) {
  const resolve = (x) => (x.$ref ? x.$ref.slice(2).split('/').reduce((at, key) => at[key], doc) : x);
  const parameters = [...(shared || []), ...(op.parameters || [])].map(resolve);
  const node = make('details', { id: op.operationId },
    make('summary', {}, make('span', { className: 'method ' + method }, method.toUpperCase()), make('code', {}, path), make('span', {}, op.summary || '')),
    ...(op.description || '').split('\n\n').map((text) => make('p', {}, text)),
    table(['Parameter', 'In', 'Type', ''], parameters.map((p) => [make('code', {}, p.name), p.in, schemaLink(p.schema), p.description || ''])));
  if (op.requestBody) node.append(make('h4', {}, 'Request'), ...content(resolve(op.requestBody)));
  node.append(make('h4', {}, 'Answers'));
  for (const [status, answer] of Object.entries(op.responses).map(([k, v]) => [k, resolve(v)])) {
    node.append(make('p', {}, make('strong', {}, status), ' ', answer.description || ''), ...content(answer));
  }
  node.dataset.text = (method + ' ' + path + ' ' + (op.summary || '')).toLowerCase();
  return node;
}

function schemas(all) {
  return Object.entries(all).map(([name, schema]) => make('details', { id: 'schema-' + name },
    make('summary', {}, make('strong', {}, name)),
    make('p', {}, schema.description || ''),
    table(['Field', 'Type', ''], Object.entries(schema.properties || {}).map(([key, s]) => [
      make('code', {}, key + ((schema.required || []).includes(key) ? '' : '?')), schemaLink(s), s.description || '']))));
}

async function show() {
  const answer = await fetch('/api/v1/openapi.json', { credentials: 'omit' });
  const doc = await answer.json();
  const byTag = new Map();
  for (const [path, item] of Object.entries(doc.paths)) {
    for (const method of methods.filter((m) => item[m])) {
      const tag = (item[method].tags || ['other'])[0];
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operation(doc, path, method, item[method], item.parameters));
    }
  }
  const about = Object.fromEntries((doc.tags || []).map((t) => [t.name, t.description || '']));
  const sections = [...byTag].map(([tag, nodes]) => make('section', {}, make('h2', {}, tag), make('p', {}, about[tag] || ''), ...nodes));
  document.getElementById('operations').replaceChildren(...sections);
  document.getElementById('schemas').replaceChildren(...schemas(doc.components.schemas));
  document.getElementById('find').addEventListener('input', (event) => {
    const text = event.target.value.trim().toLowerCase();
    for (const node of document.querySelectorAll('#operations details')) node.hidden = !node.dataset.text.includes(text);
  });
  const wanted = location.hash && document.getElementById(location.hash.slice(1));
  if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
}

window.addEventListener('hashchange', () => {
  const wanted = document.getElementById(location.hash.slice(1));
  if (wanted) wanted.open = true;
});

show().catch((error) => { document.getElementById('operations').textContent = 'The document could not be loaded: ' + error.message; });
