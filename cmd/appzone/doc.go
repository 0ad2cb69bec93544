// Command appzone is the host of App Zone and its command line.
//
// "serve" runs the host: this package is the only one that knows all others and reads the environment. The
// other verbs are clients of the REST interface, or work on files. The same binary is re-executed
// for the children that it supervises, which is why main begins with process.Main.
package main
