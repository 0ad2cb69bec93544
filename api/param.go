package api

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// pluginID is the {id} of the path. What cannot be an id is no plugin.
func pluginID(c *fiber.Ctx) (string, error) {
	id := strings.Clone(c.Params("id"))
	if !manifest.ValidID(id) {
		return "", fault.New(fault.NotFound, "plugin_not_found", "there is no plugin of this id; an id has letters a to z, digits and hyphens")
	}
	return id, nil
}

// query is a query parameter, as a copy that outlives the request.
func query(c *fiber.Ctx, name string) string { return strings.Clone(c.Query(name)) }

// queryBool reads a query parameter that is true or false; absent is false.
func queryBool(c *fiber.Ctx, name string) (bool, error) {
	switch v := c.Query(name); v {
	case "", "false":
		if v == "" && c.Context().QueryArgs().Has(name) {
			return true, nil // "?dryRun" alone
		}
		return false, nil
	case "true":
		return true, nil
	default:
		return false, badQuery(name, "must be true or false")
	}
}

// queryInt reads a query parameter within bounds; absent is otherwise.
func queryInt(c *fiber.Ctx, name string, least, most, otherwise int) (int, error) {
	v := c.Query(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least || n > most {
		return 0, badQuery(name, fmt.Sprintf("must be a number from %d to %d", least, most))
	}
	return n, nil
}

// queryPosition reads the cursor of a list that is numbered; absent is 0, its beginning.
func queryPosition(c *fiber.Ctx) (uint64, error) {
	n, err := strconv.ParseUint(c.Query("cursor", "0"), 10, 64)
	if err != nil {
		return 0, badQuery("cursor", "must be the next of a former answer")
	}
	return n, nil
}

func badQuery(name, message string) error {
	return fault.New(fault.Malformed, "query_invalid", "the query parameter %s %s", name, message).WithField(name, "%s", message)
}
