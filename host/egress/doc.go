// Package egress is the way out of a jail: the one way in which a plugin without a network of its own reaches the addresses,
// and the other plugins, that it was granted.
//
// A [Gate] belongs to one plugin. It knows what the plugin may reach, counts what it does reach and what it is refused, and
// outlives instances, so that "used" can be told apart from "granted". A [Door] belongs to one instance: a Unix listener whose
// socket the jail shows. On each connection there is one HTTP/1.1 exchange: CONNECT host:port, which becomes the connection,
// or GET /resolve?name=&type=, which answers with addresses.
//
// A name is resolved only if it was granted, since a look-up can carry data out; the address that is dialled is the one that
// was checked; and what a name resolves to is dialled only if it is public, or was named besides: neither a rebound name (E2)
// nor an address in disguise (E3) leads inward. The child never holds a network socket, only its end of a Unix one: a TCP socket
// could be disconnected and used for something else.
//
// Goroutines: a door has one that accepts and two for each connection; [Door.Close] ends them and waits.
package egress
