//! Identity and access: applications, API keys, policies with their rules, groups, users, SSH keys, permission sets.
//!
//! This module stores permissions; [`crate::rights`] enforces them if that is enabled.

mod api_keys;
mod federation;
mod groups;
mod kinds;
mod limits;
mod policies;
mod ssh_keys;
mod users;

use crate::product::Product;

pub(crate) use api_keys::{default_project, grants, key_of, key_with_secret, secret_key_state};
pub(crate) use kinds::USER;

pub(crate) static PRODUCT: Product = Product {
    document: "iam.v1alpha1",
    kinds: &[
        &api_keys::API_KEY,
        &policies::POLICY,
        &policies::RULE,
        &USER,
        &federation::SAML,
        &federation::CERTIFICATE,
        &federation::SCIM,
        &federation::SCIM_TOKEN,
    ],
    reads: &[
        ("GetAPIKey", |call| call.get(&api_keys::API_KEY)),
        ("ListAPIKeys", api_keys::list),
        ("GetPolicy", |call| call.get(&policies::POLICY)),
        ("ListPolicies", |call| call.list(&policies::POLICY)),
        ("ListRules", policies::list_rules),
        ("ListPermissionSets", policies::list_permission_sets),
        ("GetUser", |call| call.get(&USER)),
        ("ListUsers", |call| call.list(&USER)),
        ("ListQuota", limits::list_quotas),
        ("GetQuotum", limits::get_quota),
        ("ListLogs", limits::list_logs),
        ("GetLog", limits::get_log),
        ("GetOrganizationSaml", |call| federation::of_organization(call, &federation::SAML)),
        ("ListSamlCertificates", federation::list_certificates),
        ("GetScimToken", |call| call.get(&federation::SCIM_TOKEN)),
        ("GetSamlCertificate", |call| call.get(&federation::CERTIFICATE)),
        ("GetOrganizationScim", |call| federation::of_organization(call, &federation::SCIM)),
        ("ListScimTokens", federation::list_tokens),
    ],
    writes: &[
        ("CreateAPIKey", api_keys::create),
        ("UpdateAPIKey", |call| call.patch(&api_keys::API_KEY, &["description", "default_project_id", "expires_at"])),
        ("DeleteAPIKey", |call| call.delete(&api_keys::API_KEY)),
        ("CreatePolicy", policies::create),
        ("UpdatePolicy", policies::update),
        ("DeletePolicy", policies::delete),
        ("SetRules", policies::set_rules),
        ("SetGroupMembers", groups::set_members),
        ("AddGroupMembers", groups::add_members),
        ("AddGroupMember", groups::add_member),
        ("RemoveGroupMember", groups::remove_member),
        ("CreateUser", users::create),
        ("UpdateUser", users::update),
        ("UpdateUserUsername", users::rename),
        ("UpdateUserPassword", users::update_password),
        ("LockUser", |call| users::lock(call, true)),
        ("UnlockUser", |call| users::lock(call, false)),
        ("DeleteUser", users::delete),
        ("CreateSSHKey", ssh_keys::create),
        ("EnableOrganizationSaml", federation::enable_saml),
        ("UpdateSaml", federation::update_saml),
        ("DeleteSaml", federation::delete_saml),
        ("AddSamlCertificate", federation::add_certificate),
        ("DeleteSamlCertificate", federation::delete_certificate),
        ("EnableOrganizationScim", federation::enable_scim),
        ("DeleteScim", federation::delete_scim),
        ("CreateScimToken", federation::create_token),
        ("DeleteScimToken", |call| call.delete(&federation::SCIM_TOKEN)),
    ],
};
