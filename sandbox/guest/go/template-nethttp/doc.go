// Hello-plugin is a plugin of App Zone: it greets who asks, and counts visits in its private folder.
package main
