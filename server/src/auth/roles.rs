//! One table of who may call what. The router's guard looks each request up here and answers 404
//! for what is not in it, so that a route without a line cannot be reached.

use crate::store::Role;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// A tablet, with its upload token or a session: a revoked one too, whose work is kept sealed.
    Upload,
    /// A tablet with a session.
    Tablet,
    /// An account with one of these roles.
    Accounts(&'static [Role]),
}

/// A route and who may call it.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// The path as the router writes it; parameters' names do not count.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Only within [`FRESH_MS`] of a login: what it does cannot be taken back.
    pub fresh: bool,
    /// It tells of many persons at once: who reads is written in the audit log under this code.
    pub noted: Option<&'static str>,
}

impl Route {
    /// Where somebody who came in by a password alone gets: who they are, and what they prove it with
    /// (decision 0159).
    pub fn is_for_half_a_proof(&self) -> bool {
        const OWN: [&str; 4] = [
            "/api/account/passkeys",
            "/api/account/password",
            "/api/second-factor",
            "/api/sessions",
        ];
        let is_under = |own: &str| {
            let rest = self.path.strip_prefix(own);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.path == "/api/me" || OWN.into_iter().any(is_under)
    }
}

/// So long after a login an account may do what cannot be taken back.
pub const FRESH_MS: i64 = 15 * 60 * 1_000;

/// Any account.
const CONSOLE: Access = Access::Accounts(&Role::ALL);
/// Those who prepare a campaign.
const PREPARE: Access = Access::Accounts(&[Role::Coordinator, Role::Administrator]);
/// Those who see observations.
const NIGHT: Access = Access::Accounts(&[Role::Coordinator]);
/// Those who see releases.
const FIGURES: Access = Access::Accounts(&[
    Role::Coordinator,
    Role::Analyst,
    Role::DataProtectionOfficer,
]);
/// Those whom maps of releases are handed to, by program.
const FEATURES: Access = Access::Accounts(&super::api_token::MAP_ROLES);
/// Those who hand out tablets.
const TABLETS: Access = Access::Accounts(&[Role::Coordinator, Role::TeamLead, Role::Administrator]);
/// Those who see a campaign's plan; known places are told to coordinators alone.
const PLANS: Access = TABLETS;
/// Those who see when campaigns end.
const DATES: Access = Access::Accounts(&[
    Role::Coordinator,
    Role::DataProtectionOfficer,
    Role::Administrator,
]);
/// Those who answer a person who comes with their slip of paper.
const PERSONS: Access = Access::Accounts(&[Role::Coordinator, Role::DataProtectionOfficer]);
/// Who may enter people that are not to be recorded: nobody who reads observations.
const OPPOSITIONS: Access = Access::Accounts(&[Role::DataProtectionOfficer]);
/// Those who end them, and read what was done.
const OVERSIGHT: Access = Access::Accounts(&[Role::DataProtectionOfficer, Role::Administrator]);

const fn route(method: &'static str, path: &'static str, access: Access) -> Route {
    Route {
        method,
        path,
        access,
        fresh: false,
        noted: None,
    }
}

/// A route that only an account which logged in a moment ago may call.
const fn fresh(method: &'static str, path: &'static str, access: Access) -> Route {
    Route {
        fresh: true,
        ..route(method, path, access)
    }
}

/// A route that tells of many persons at once.
const fn bulk(path: &'static str, noted: &'static str) -> Route {
    Route {
        noted: Some(noted),
        ..route("GET", path, NIGHT)
    }
}

/// Every route of the server but the app's own files.
pub const TABLE: &[Route] = &[
    route("GET", "/health", Access::Public),
    route("GET", "/api/hello", Access::Public),
    route("GET", "/api/openapi.json", Access::Public),
    route("POST", "/api/login", Access::Public),
    route("POST", "/api/login/passkey/begin", Access::Public),
    route("POST", "/api/login/passkey", Access::Public),
    route("POST", "/api/logout", Access::Public),
    route("GET", "/api/me", CONSOLE),
    // Tablets.
    route("POST", "/api/enrol", Access::Public),
    route("POST", "/api/device/challenge", Access::Public),
    route("POST", "/api/device/session", Access::Public),
    route("POST", "/api/sync", Access::Upload),
    route("GET", "/api/map", Access::Public),
    route("GET", "/api/tiles", Access::Public),
    route("GET", "/api/tiles/{version}", Access::Public),
    route("GET", "/api/gazetteer/{cell}", Access::Public),
    // Clients of automerge-repo: tablets too. The socket asks for the token itself, because a
    // refused upgrade throws where nobody can catch it in the stock Node client.
    route("GET", "/api/documents", Access::Tablet),
    route("GET", "/sync", Access::Public),
    // Console: preparing.
    route("GET", "/api/campaigns", CONSOLE),
    route("POST", "/api/campaigns", PREPARE),
    // Names and what is left, as in the list above; nothing of a plan.
    route("GET", "/api/ended-campaigns", CONSOLE),
    route("GET", "/api/campaigns/{campaign}", PLANS),
    route("POST", "/api/campaigns/{campaign}/commands", NIGHT),
    route("GET", "/api/campaigns/{campaign}/devices", TABLETS),
    fresh("POST", "/api/campaigns/{campaign}/enrolments", TABLETS),
    route("GET", "/api/campaigns/{campaign}/enrolments", TABLETS),
    route(
        "POST",
        "/api/campaigns/{campaign}/enrolments/{enrolment}/cancel",
        TABLETS,
    ),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/devices/{device}/revoke",
        TABLETS,
    ),
    route("GET", "/api/campaigns/{campaign}/series", PREPARE),
    fresh("POST", "/api/campaigns/{campaign}/series", PREPARE),
    route(
        "POST",
        "/api/campaigns/{campaign}/series/{series}/cancel",
        PREPARE,
    ),
    // Its codes are for teams: those who see observations hand them out (decision 0051).
    fresh("POST", "/api/campaigns/{campaign}/enrolment-sheet", NIGHT),
    route("GET", "/api/campaigns/{campaign}/pin-resets", NIGHT),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/devices/{device}/reset-pin",
        NIGHT,
    ),
    route("POST", "/api/campaigns/{campaign}/rescue", TABLETS),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/devices/{device}/accept",
        NIGHT,
    ),
    route("GET", "/api/layers", CONSOLE),
    route("GET", "/api/layers/{kind}", CONSOLE),
    route("POST", "/api/layers/convert", PREPARE),
    route("POST", "/api/layers/{kind}", PREPARE),
    route("POST", "/api/tiles", PREPARE),
    // Console: the night.
    route("GET", "/api/live", CONSOLE),
    bulk("/api/campaigns/{campaign}/tonight", "tonight-read"),
    bulk(
        "/api/campaigns/{campaign}/observations",
        "observations-read",
    ),
    bulk(
        "/api/campaigns/{campaign}/observations/{observation}",
        "observations-read",
    ),
    route("POST", "/api/campaigns/{campaign}/gazetteer", NIGHT),
    bulk("/api/campaigns/{campaign}/doubles", "doubles-read"),
    route("POST", "/api/campaigns/{campaign}/doubles/looking", NIGHT),
    bulk("/api/campaigns/{campaign}/groups", "groups-read"),
    bulk(
        "/api/campaigns/{campaign}/groups/{observation}/{slot}",
        "groups-read",
    ),
    route("POST", "/api/campaigns/{campaign}/groups/effect", NIGHT),
    bulk("/api/campaigns/{campaign}/doubtful", "doubtful-read"),
    bulk("/api/campaigns/{campaign}/overlaps", "overlaps-read"),
    route("GET", "/api/campaigns/{campaign}/paper-sheets", NIGHT),
    route("POST", "/api/campaigns/{campaign}/paper-sheets", NIGHT),
    route(
        "POST",
        "/api/campaigns/{campaign}/paper-sheets/check",
        NIGHT,
    ),
    route("GET", "/api/paper-sheets/template", NIGHT),
    route("GET", "/api/paper-sheets/schema", NIGHT),
    route("GET", "/api/campaigns/{campaign}/review-log", NIGHT),
    route("POST", "/api/campaigns/{campaign}/quality/refresh", NIGHT),
    // Counts of the whole campaign alone: those who work on the figures see them.
    route("GET", "/api/campaigns/{campaign}/estimation", FEATURES),
    // The same; small counts are withheld from whoever does not see observations.
    route("GET", "/api/campaigns/{campaign}/indicators", FEATURES),
    // The same of two campaigns, one of which may have ended.
    Route {
        noted: Some("comparison-read"),
        ..route("GET", "/api/campaigns/{campaign}/comparison", FEATURES)
    },
    // Console: what was refused. It may hold observations.
    route("GET", "/api/campaigns/{campaign}/quarantine", NIGHT),
    route("POST", "/api/campaigns/{campaign}/quarantine/retry", NIGHT),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/quarantine/{number}/export",
        NIGHT,
    ),
    route(
        "POST",
        "/api/campaigns/{campaign}/quarantine/{number}/settle",
        NIGHT,
    ),
    bulk("/api/campaigns/{campaign}/quality", "quality-read"),
    // Releases.
    route("GET", "/api/campaigns/{campaign}/releases", FIGURES),
    route("POST", "/api/campaigns/{campaign}/releases", NIGHT),
    route(
        "GET",
        "/api/campaigns/{campaign}/releases/{number}",
        FIGURES,
    ),
    route(
        "GET",
        "/api/campaigns/{campaign}/releases/{number}/export",
        FIGURES,
    ),
    fresh("POST", "/api/campaigns/{campaign}/internal/{table}", NIGHT),
    // OGC API - Features: opened releases, and everything behind the inner door.
    route("GET", "/open/ogc", Access::Public),
    route("GET", "/open/ogc/conformance", Access::Public),
    route("GET", "/open/ogc/api", Access::Public),
    route("GET", "/open/ogc/collections", Access::Public),
    route("GET", "/open/ogc/collections/{collection}", Access::Public),
    route(
        "GET",
        "/open/ogc/collections/{collection}/items",
        Access::Public,
    ),
    route(
        "GET",
        "/open/ogc/collections/{collection}/items/{item}",
        Access::Public,
    ),
    route("GET", "/ogc", FEATURES),
    route("GET", "/ogc/conformance", FEATURES),
    route("GET", "/ogc/api", FEATURES),
    route("GET", "/ogc/collections", FEATURES),
    route("GET", "/ogc/collections/{collection}", FEATURES),
    route("GET", "/ogc/collections/{collection}/items", FEATURES),
    route(
        "GET",
        "/ogc/collections/{collection}/items/{item}",
        FEATURES,
    ),
    // One's own account. Tokens are for those whose maps they open.
    fresh("PUT", "/api/account/password", CONSOLE),
    route("GET", "/api/account/tokens", FEATURES),
    fresh("POST", "/api/account/tokens", FEATURES),
    route("POST", "/api/account/tokens/{token}/revoke", FEATURES),
    // Passkeys log in to any account; making or removing one wants a login of a moment ago.
    route("GET", "/api/account/passkeys", CONSOLE),
    fresh("POST", "/api/account/passkeys/begin", CONSOLE),
    fresh("POST", "/api/account/passkeys", CONSOLE),
    fresh("POST", "/api/account/passkeys/{passkey}/remove", CONSOLE),
    // Custody: one's own proofs, the end of campaigns, what was done.
    route("GET", "/api/sessions", CONSOLE),
    fresh("POST", "/api/sessions/{session}/close", CONSOLE),
    fresh("POST", "/api/second-factor/draw", CONSOLE),
    fresh("POST", "/api/second-factor", CONSOLE),
    fresh("POST", "/api/second-factor/remove", CONSOLE),
    route("GET", "/api/retention", DATES),
    fresh("POST", "/api/campaigns/{campaign}/purge", OVERSIGHT),
    fresh("POST", "/api/campaigns/{campaign}/hold", OVERSIGHT),
    route("GET", "/api/campaigns/{campaign}/certificate", DATES),
    fresh("POST", "/api/campaigns/{campaign}/coarse", NIGHT),
    fresh("POST", "/api/campaigns/{campaign}/persons/find", PERSONS),
    fresh("POST", "/api/campaigns/{campaign}/persons/erase", PERSONS),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/pseudonyms/forget",
        OVERSIGHT,
    ),
    route("GET", "/api/campaigns/{campaign}/oppositions", OPPOSITIONS),
    fresh("POST", "/api/campaigns/{campaign}/oppositions", OPPOSITIONS),
    fresh(
        "POST",
        "/api/campaigns/{campaign}/oppositions/{number}/withdraw",
        OPPOSITIONS,
    ),
    route("GET", "/api/audit", OVERSIGHT),
];

/// Who may call a route; none when it is not in the table. HEAD is as GET.
pub fn access_of(method: &str, path: &str) -> Option<Access> {
    route_of(method, path).map(|route| route.access)
}

/// The line of a route; none when it is not in the table. HEAD is as GET.
pub fn route_of(method: &str, path: &str) -> Option<&'static Route> {
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE
        .iter()
        .find(|route| route.method == method && same_path(route.path, path))
}

/// The methods a path is served by, in the table's order; none when the path is not in the table.
pub fn methods_of(path: &str) -> Vec<&'static str> {
    let routes = TABLE.iter().filter(|route| same_path(route.path, path));
    routes.map(|route| route.method).collect()
}

fn same_path(a: &str, b: &str) -> bool {
    let parameter = |part: &str| part.starts_with('{');
    let (mut a, mut b) = (a.split('/'), b.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y || (parameter(x) && parameter(y)) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_stands_twice_and_no_parameter_name_counts() {
        for (number, route) in TABLE.iter().enumerate() {
            let same = TABLE
                .iter()
                .filter(|other| other.method == route.method && same_path(other.path, route.path));
            assert_eq!(same.count(), 1, "{number}: {} {}", route.method, route.path);
        }
        assert_eq!(access_of("GET", "/api/campaigns/{id}/tonight"), Some(NIGHT));
        assert_eq!(access_of("HEAD", "/health"), Some(Access::Public));
        assert_eq!(access_of("DELETE", "/health"), None);
    }

    #[test]
    fn an_administrator_sees_no_observation_and_an_analyst_none_but_figures() {
        for route in TABLE {
            let Access::Accounts(roles) = route.access else {
                continue;
            };
            let of_the_night = [
                "/observations",
                "/doubles",
                "/overlaps",
                "/tonight",
                "/coarse",
                "/internal",
                "/quarantine",
                "/quality",
                "/gazetteer",
            ]
            .iter()
            .any(|part| route.path.contains(part));
            if of_the_night {
                assert_eq!(roles, [Role::Coordinator], "{}", route.path);
            }
        }
    }
}
