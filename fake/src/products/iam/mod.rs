//! Identity and access: applications, API keys, policies with their rules, groups, users, SSH keys, permission sets.
//!
//! Rights are kept here; [`crate::rights`] enforces them where that is asked for.

mod api_keys;
mod federation;
mod groups;
mod policies;
mod ssh_keys;
mod users;

use serde_json::{Map, Value, json};

use super::Product;
use crate::call::{Call, Handled};
use crate::store::{Kind, Missing, Object, Store};

pub(crate) use api_keys::{default_project, grants, key_of, key_with_secret, secret_key_state};

static APPLICATION: Kind = Kind {
    view: Some(count_api_keys),
    ..Kind::new("iam/application", "Application", "applications", Missing::Labelled("application"))
};
/// There is always the owner of the organization; others come from a seed or are made.
pub(crate) static USER: Kind = Kind::new("iam/user", "User", "users", Missing::Labelled("user"));

pub(crate) static PRODUCT: Product = Product {
    document: "iam.v1alpha1",
    kinds: &[
        &APPLICATION,
        &api_keys::API_KEY,
        &policies::POLICY,
        &policies::RULE,
        &groups::GROUP,
        &USER,
        &ssh_keys::SSH_KEY,
        &federation::SAML,
        &federation::CERTIFICATE,
        &federation::SCIM,
        &federation::SCIM_TOKEN,
    ],
    routes: &[
        ("CreateApplication", create_application),
        ("GetApplication", |call| call.get(&APPLICATION)),
        ("ListApplications", |call| call.list(&APPLICATION)),
        ("UpdateApplication", |call| call.patch(&APPLICATION, &["name", "description", "tags"])),
        ("DeleteApplication", delete_application),
        ("CreateAPIKey", api_keys::create),
        ("GetAPIKey", |call| call.get(&api_keys::API_KEY)),
        ("ListAPIKeys", api_keys::list),
        ("UpdateAPIKey", |call| call.patch(&api_keys::API_KEY, &["description", "default_project_id", "expires_at"])),
        ("DeleteAPIKey", |call| call.delete(&api_keys::API_KEY)),
        ("CreatePolicy", policies::create),
        ("GetPolicy", |call| call.get(&policies::POLICY)),
        ("ListPolicies", |call| call.list(&policies::POLICY)),
        ("UpdatePolicy", policies::update),
        ("DeletePolicy", policies::delete),
        ("ListRules", policies::list_rules),
        ("SetRules", policies::set_rules),
        ("ListPermissionSets", policies::list_permission_sets),
        ("CreateGroup", groups::create),
        ("GetGroup", |call| call.get(&groups::GROUP)),
        ("ListGroups", |call| call.list(&groups::GROUP)),
        ("UpdateGroup", |call| call.patch(&groups::GROUP, &["name", "description", "tags"])),
        ("DeleteGroup", |call| call.delete(&groups::GROUP)),
        ("SetGroupMembers", groups::set_members),
        ("AddGroupMember", groups::add_member),
        ("RemoveGroupMember", groups::remove_member),
        ("CreateUser", users::create),
        ("GetUser", |call| call.get(&USER)),
        ("ListUsers", |call| call.list(&USER)),
        ("UpdateUser", users::update),
        ("UpdateUserUsername", users::rename),
        ("UpdateUserPassword", users::update_password),
        ("DeleteUser", users::delete),
        ("CreateSSHKey", ssh_keys::create),
        ("GetSSHKey", |call| call.get(&ssh_keys::SSH_KEY)),
        ("ListSSHKeys", |call| call.list(&ssh_keys::SSH_KEY)),
        ("UpdateSSHKey", |call| call.patch(&ssh_keys::SSH_KEY, &["name", "disabled"])),
        ("DeleteSSHKey", |call| call.delete(&ssh_keys::SSH_KEY)),
        ("GetOrganizationSaml", |call| federation::of_organization(call, &federation::SAML)),
        ("GetSamlCertificate", |call| call.get(&federation::CERTIFICATE)),
        ("GetOrganizationScim", |call| federation::of_organization(call, &federation::SCIM)),
        ("ListScimTokens", federation::list_tokens),
    ],
};

fn create_application(call: &mut Call<'_>) -> Handled {
    let fields = owned(call, json!({ "name": call.need("name")?, "nb_api_keys": 0 }));
    call.create(&APPLICATION, fields)
}

/// Its API keys go too.
fn delete_application(call: &mut Call<'_>) -> Handled {
    let id = call.id();
    let answer = call.delete(&APPLICATION)?;
    let key = api_keys::API_KEY.name;
    call.world.store.remove_where(|object| object.kind == key && object.text("application_id") == id);
    Ok(answer)
}

fn count_api_keys(store: &Store, application: &Object, shown: &mut Map<String, Value>) {
    let keys = store.of(&api_keys::API_KEY).filter(|key| key.text("application_id") == application.id).count();
    shown.insert("nb_api_keys".to_owned(), json!(keys));
}

/// The fields that applications, policies and groups share, beside `fields`.
fn owned(call: &Call<'_>, mut fields: Value) -> Value {
    let now = call.timestamp();
    fields["description"] = json!(call.text("description"));
    fields["organization_id"] = json!(call.world.organization);
    fields["tags"] = call.tags();
    fields["editable"] = json!(true);
    fields["deletable"] = json!(true);
    fields["managed"] = json!(false);
    fields["created_at"] = json!(now);
    fields["updated_at"] = json!(now);
    fields
}
