package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// Who may call a route, beside the scopes that package host names.
const (
	// accessPublic is everybody.
	accessPublic = "public"
	// accessMember is everybody who is logged in.
	accessMember = "member"
	// accessSession is every person who is logged in; a token is none.
	accessSession = "session"
)

// route is one operation: the OpenAPI document has exactly these.
type route struct {
	method string
	// path as in the OpenAPI document; a last {path} takes everything that follows.
	path string
	// access is accessPublic, accessMember, accessSession, or the scope that a token needs.
	access string
	// id is the operationId.
	id     string
	handle func(*fiber.Ctx) error
	// once honours Idempotency-Key around handle. Uploads do it by themselves.
	once bool
}

const (
	v1           = "/api/v1"
	idLogin      = "login"
	idFinishOIDC = "finishOIDC"
)

// routes is the table of all operations.
func (s *Server) routes() []route {
	const (
		read, upload, manage = host.ScopePluginsRead, host.ScopePluginsUpload, host.ScopePluginsManage
		get, post, put       = fiber.MethodGet, fiber.MethodPost, fiber.MethodPut
		staff                = host.ScopeStaffManage
		plugin               = v1 + "/plugins/{id}"
		webhook              = v1 + "/webhooks/{id}"
	)
	return []route{
		{post, v1 + "/session", accessPublic, idLogin, s.login, false},
		{fiber.MethodDelete, v1 + "/session", accessMember, "logout", s.logout, false},
		{get, v1 + "/session/methods", accessPublic, "getSessionMethods", s.getSessionMethods, false},
		{get, oidcPath, accessPublic, "beginOIDC", s.beginOIDC, false},
		{get, oidcPath + "/callback", accessPublic, idFinishOIDC, s.finishOIDC, false},
		{get, v1 + "/me", accessMember, "getMe", s.getMe, false},
		{get, v1 + "/me/sidebar", accessMember, "getMySidebar", s.getMySidebar, false},
		{put, v1 + "/me/password", accessSession, "putMyPassword", s.putMyPassword, false},
		{get, v1 + "/me/sessions", accessSession, "listMySessions", s.listMySessions, false},
		{fiber.MethodDelete, v1 + "/me/sessions", accessSession, "endMySessions", s.endMySessions, false},
		{fiber.MethodDelete, v1 + "/me/sessions/{id}", accessSession, "endMySession", s.endMySession, false},
		{post, v1 + "/me/totp", accessSession, "beginTOTP", s.beginTOTP, false},
		{put, v1 + "/me/totp", accessSession, "confirmTOTP", s.confirmTOTP, false},
		{fiber.MethodDelete, v1 + "/me/totp", accessSession, "endTOTP", s.endTOTP, false},

		{get, v1 + "/plugins", read, "listPlugins", s.listPlugins, false},
		{post, v1 + "/plugins", upload, "uploadPlugin", s.uploadPlugin, false},
		{get, plugin, read, "getPlugin", s.getPlugin, false},
		{fiber.MethodPatch, plugin, manage, "editPlugin", s.editPlugin, false},
		{fiber.MethodDelete, plugin, manage, "removePlugin", s.removePlugin, false},
		{put, plugin + "/versions/{version}", upload, "putPluginVersion", s.putPluginVersion, false},
		{get, plugin + "/versions", read, "listPluginVersions", s.listPluginVersions, false},
		{fiber.MethodDelete, plugin + "/candidate", manage, "rejectCandidate", s.rejectCandidate, false},
		{get, plugin + "/plan", read, "getPluginPlan", s.getPluginPlan, false},
		{post, plugin + "/install", manage, "installPlugin", s.installPlugin, true},
		{post, plugin + "/uninstall", manage, "uninstallPlugin", s.uninstallPlugin, true},
		{post, plugin + "/rollback", manage, "rollBackPlugin", s.rollBackPlugin, true},
		{post, plugin + "/start", manage, "startPlugin", s.startPlugin, true},
		{post, plugin + "/stop", manage, "stopPlugin", s.stopPlugin, true},
		{post, plugin + "/restart", manage, "restartPlugin", s.restartPlugin, true},
		{get, plugin + "/settings", manage, "getPluginSettings", s.getPluginSettings, false},
		{put, plugin + "/settings", manage, "putPluginSettings", s.putPluginSettings, false},
		{get, plugin + "/grants", read, "getPluginGrants", s.getPluginGrants, false},
		{put, plugin + "/grants", host.ScopePluginsGrant, "putPluginGrants", s.putPluginGrants, false},
		{get, plugin + "/files", read, "listPluginFiles", s.listPluginFiles, false},
		{get, plugin + "/files/{path}", manage, "getPluginFile", s.getPluginFile, false},
		{put, plugin + "/files/{path}", manage, "putPluginFile", s.putPluginFile, false},
		{fiber.MethodDelete, plugin + "/files/{path}", manage, "removePluginFile", s.removePluginFile, false},
		{get, plugin + "/stats", read, "getPluginStats", s.getPluginStats, false},
		{get, plugin + "/stats/history", read, "getPluginHistory", s.getPluginHistory, false},
		{get, plugin + "/events", read, "listPluginEvents", s.listPluginEvents, false},
		{get, plugin + "/logs", read, "getPluginLogs", s.getPluginLogs, false},
		{post, plugin + "/launch", accessMember, "launchPlugin", s.launchPlugin, false},

		{get, plugin + "/export", host.ScopeBackup, "exportPlugin", s.exportPlugin, false},
		{post, v1 + "/plugins/import", host.ScopeAll, "importPlugin", s.importPlugin, false},

		{get, v1 + "/samples", accessMember, "listSamples", s.listSamples, false},
		{get, v1 + "/samples/{name}.zip", accessMember, "getSample", s.getSample, false},
		{get, v1 + "/samples/{name}/readme", accessMember, "getSampleReadme", s.getSampleReadme, false},
		{get, v1 + "/jobs", read, "listJobs", s.listJobs, false},
		{get, v1 + "/jobs/{id}", read, "getJob", s.getJob, false},
		{post, v1 + "/jobs/{id}/cancel", manage, "cancelJob", s.cancelJob, true},
		{get, v1 + "/events", read, "streamEvents", s.streamEvents, false},
		{post, v1 + "/events/desktop", host.ScopeDesktopSend, "sendDesktopEvent", s.sendDesktopEvent, true},
		{get, v1 + "/staff", staff, "listStaff", s.listStaff, false},
		{post, v1 + "/staff", staff, "createMember", s.createMember, true},
		{get, v1 + "/staff/{username}", staff, "getMember", s.getMember, false},
		{fiber.MethodPatch, v1 + "/staff/{username}", staff, "editMember", s.editMember, false},
		{fiber.MethodDelete, v1 + "/staff/{username}", staff, "deleteMember", s.deleteMember, false},
		{get, v1 + "/staff/{username}/sidebar", staff, "getMemberSidebar", s.getMemberSidebar, false},
		{fiber.MethodDelete, v1 + "/staff/{username}/sessions", staff, "endMemberSessions", s.endMemberSessions, false},
		{fiber.MethodDelete, v1 + "/staff/{username}/totp", staff, "resetTOTP", s.resetTOTP, false},
		{get, v1 + "/profiles", staff, "listProfiles", s.listProfiles, false},
		{post, v1 + "/profiles", staff, "createProfile", s.createProfile, true},
		{get, v1 + "/profiles/{id}", staff, "getProfile", s.getProfile, false},
		{fiber.MethodPatch, v1 + "/profiles/{id}", staff, "editProfile", s.editProfile, false},
		{fiber.MethodDelete, v1 + "/profiles/{id}", staff, "deleteProfile", s.deleteProfile, false},
		{get, v1 + "/tokens", accessMember, "listTokens", s.listTokens, false},
		{post, v1 + "/tokens", accessMember, "createToken", s.createToken, false},
		{get, v1 + "/tokens/{id}", accessMember, "getToken", s.getToken, false},
		{fiber.MethodPatch, v1 + "/tokens/{id}", accessMember, "editToken", s.editToken, false},
		{fiber.MethodDelete, v1 + "/tokens/{id}", accessMember, "deleteToken", s.deleteToken, false},
		{get, v1 + "/trusted-keys", read, "listTrustedKeys", s.listTrustedKeys, false},
		{post, v1 + "/trusted-keys", host.ScopeKeysManage, "trustKey", s.trustKey, true},
		{get, v1 + "/trusted-keys/{id}", read, "getTrustedKey", s.getTrustedKey, false},
		{fiber.MethodPatch, v1 + "/trusted-keys/{id}", host.ScopeKeysManage, "editTrustedKey", s.editTrustedKey, false},
		{fiber.MethodDelete, v1 + "/trusted-keys/{id}", host.ScopeKeysManage, "removeTrustedKey", s.removeTrustedKey, false},
		{get, v1 + "/webhooks", host.ScopeAll, "listWebhooks", s.listWebhooks, false},
		{post, v1 + "/webhooks", host.ScopeAll, "createWebhook", s.createWebhook, false},
		{get, webhook, host.ScopeAll, "getWebhook", s.getWebhook, false},
		{fiber.MethodPatch, webhook, host.ScopeAll, "editWebhook", s.editWebhook, false},
		{fiber.MethodDelete, webhook, host.ScopeAll, "deleteWebhook", s.deleteWebhook, false},
		{post, webhook + "/secret", host.ScopeAll, "rotateWebhookSecret", s.rotateWebhookSecret, false},
		{post, webhook + "/test", host.ScopeAll, "testWebhook", s.testWebhook, false},
		{get, webhook + "/deliveries", host.ScopeAll, "listWebhookDeliveries", s.listWebhookDeliveries, false},
		{post, v1 + "/identity-keys", host.ScopeAll, "rotateIdentityKeys", s.rotateIdentityKeys, true},
		{get, v1 + "/audit", host.ScopeAuditRead, "listAudit", s.listAudit, false},
		{get, v1 + "/audit/verify", host.ScopeAuditRead, "verifyAudit", s.verifyAudit, false},
		{post, v1 + "/backup", host.ScopeBackup, "createBackup", s.createBackup, false},
		{get, v1 + "/system", read, "getSystem", s.getSystem, false},
		{get, v1 + "/system/doctor", read, "getDoctor", s.getDoctor, false},

		{get, v1 + "/openapi.json", accessPublic, "getOpenAPI", s.getOpenAPI, false},
		{get, v1 + "/schema/manifest.json", accessPublic, "getManifestSchema", s.getManifestSchema, false},
		{get, "/.well-known/jwks.json", accessPublic, "getIdentityKeys", s.getIdentityKeys, false},
		{get, "/healthz", accessPublic, "getHealth", s.getHealth, false},
		{get, "/readyz", accessPublic, "getReadiness", s.getReadiness, false},
		{get, "/metrics", accessPublic, "getMetrics", s.getMetrics, false},
	}
}

// register puts the route into the app, behind its access check.
func (s *Server) register(app *fiber.App, r route) {
	handle := r.handle
	if r.once {
		handle = s.once(handle)
	}
	guarded := func(c *fiber.Ctx) error {
		c.Locals(keyRoute, r.id)
		if err := s.admit(c, r); err != nil {
			return err
		}
		return handle(c)
	}
	path := fiberPath(r.path)
	app.Add(r.method, path, guarded)
	if r.method == fiber.MethodGet {
		app.Add(fiber.MethodHead, path, guarded)
	}
}

// fiberPath writes an OpenAPI path in Fiber's way.
func fiberPath(path string) string {
	if rest, ok := strings.CutSuffix(path, "/{path}"); ok {
		path = rest + "/*"
	}
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

// admit checks that the request comes from somebody who has access and does not ask too often, and remembers who.
func (s *Server) admit(c *fiber.Ctx, r route) error {
	if r.access == accessPublic {
		if r.id == idLogin || !strings.HasPrefix(r.path, v1) {
			return nil // logins have limits of their own, probes none
		}
		return s.throttleStranger(c)
	}
	actor, err := s.authenticate(c)
	if err != nil {
		return s.throttleRefused(c, err)
	}
	if err := s.throttleMember(actor); err != nil {
		return err
	}
	switch {
	case r.access == accessMember, r.access == accessSession && actor.Token == "":
		return nil
	case r.access == accessSession:
		return fault.New(fault.Forbidden, "session_required", "this is for persons who are logged in; a token cannot do it")
	case !actor.May(r.access):
		return fault.New(fault.Forbidden, "missing_scope", "this needs the right %s, which these credentials do not have", r.access)
	}
	return nil
}
