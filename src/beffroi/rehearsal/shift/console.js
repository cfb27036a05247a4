'use strict'

const english = new URLSearchParams(location.search).get('lang') === 'en'
const words = english
  ? { phone: 'telephone', radio: 'radio', ringing: 'rings', answered: 'answers', hangUp: 'Hang up', you: 'post' }
  : { phone: 'téléphone', radio: 'radio', ringing: 'sonne', answered: 'décroché', hangUp: 'Raccrocher', you: 'poste' }
if (english) {
  document.documentElement.lang = 'en'
  for (const one of document.querySelectorAll('[data-en]')) one.textContent = one.dataset.en
}

const byId = (id) => document.getElementById(id)
let last = 0

async function post(path, fields) {
  await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) })
  await refresh()
}

byId('dial').addEventListener('submit', (event) => {
  event.preventDefault()
  post('/api/dial', { number: byId('number').value, text: byId('phone-text').value })
})
byId('radio').addEventListener('submit', (event) => {
  event.preventDefault()
  post('/api/radio', { to: byId('to').value, text: byId('radio-text').value })
})

function cell(tag, text) {
  const one = document.createElement(tag)
  one.textContent = text
  return one
}

function lineOf(said) {
  const one = document.createElement('li')
  one.className = said.direction
  one.dataset.n = said.n
  const who = said.direction === 'spoken' ? `${words.you} → ${said.who}` : said.who
  one.append(cell('time', said.clock), cell('span', words[said.channel]), cell('b', who), cell('span', said.text))
  return one
}

function callOf(call) {
  const one = document.createElement('li')
  const end = cell('button', words.hangUp)
  end.type = 'button'
  end.addEventListener('click', () => post('/api/hang_up', { call: call.id }))
  one.append(cell('span', `${call.number} · ${call.who} · ${words[call.state]}`), end)
  return one
}

let busy = Promise.resolve()
function refresh() {
  busy = busy.then(load, load)
  return busy
}

async function load() {
  const answer = await fetch(`/api/state?after=${last}`)
  const state = await answer.json()
  byId('clock').textContent = state.clock
  byId('pace').textContent = state.pace > 1 ? `${state.pace}×` : ''
  const lines = byId('lines')
  for (const said of state.lines) {
    last = said.n
    lines.prepend(lineOf(said))
  }
  while (lines.children.length > 300) lines.lastChild.remove()
  const shown = state.calls.map((call) => `${call.id}${call.state}`).join()
  if (byId('calls').dataset.shown !== shown) {
    byId('calls').dataset.shown = shown
    byId('calls').replaceChildren(...state.calls.map(callOf))
  }
}

setInterval(refresh, 400)
refresh()
