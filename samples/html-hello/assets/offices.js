// The offices of this board. Hours are local to the office, in minutes since midnight; days count from Sunday (0).
const hours = (from, to) => ({ from: from * 60, to: to * 60 });
const weekdays = [1, 2, 3, 4, 5];
const everyDay = [0, 1, 2, 3, 4, 5, 6];

export const offices = [
  { city: 'Rome', zone: 'Europe/Rome', extension: '2001', days: weekdays, ...hours(9, 18) },
  { city: 'São Paulo', zone: 'America/Sao_Paulo', extension: '2002', days: weekdays, ...hours(8, 17) },
  { city: 'New York', zone: 'America/New_York', extension: '2003', days: weekdays, ...hours(9, 17) },
  { city: 'San Francisco', zone: 'America/Los_Angeles', extension: '2004', days: weekdays, ...hours(8, 17) },
  { city: 'Dubai', zone: 'Asia/Dubai', extension: '2005', days: weekdays, ...hours(9, 18) },
  { city: 'Manila', zone: 'Asia/Manila', extension: '2006', days: everyDay, ...hours(0, 24) },
];
