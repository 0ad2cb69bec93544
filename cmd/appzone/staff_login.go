package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffSignOut() *cobra.Command {
	return &cobra.Command{Use: "sign-out USER", Short: "End all sessions of a member; tokens stay", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("staff", args[0], "sessions"), "signed out", args[0])
		}}
}

func (a *app) staffResetTOTP() *cobra.Command {
	return &cobra.Command{Use: "reset-totp USER", Short: "Turn a member's second factor off, for who lost the phone", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("staff", args[0], "totp"), "turned off the second factor of", args[0])
		}}
}
