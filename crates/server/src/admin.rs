//! `entente admin`: accounts, organisations and keys on the store itself, for lost access and automation.
//!
//! The store must have been prepared by `serve`. Who may run this may read the data directory, so no rights
//! are asked; what is done stands in the log as done by the operator.
mod command;
mod output;

pub use command::Admin;

use crate::config::Config;
use crate::{store, terminal};
use anyhow::{Context, anyhow, bail};
use command::{AdminCommand, KeyCommand, OrgCommand, UserCommand};
use entente_db::{Db, Tx};
use entente_engine::secrets::Secrets;
use entente_engine::sources::{Clock, SystemClock, SystemRandom, alphanumeric, new_uuid};
use entente_engine::{Error, auth};
use entente_model::account::{AuthKey, User};
use entente_model::id::{OrgId, RoleId, UserId};
use entente_model::organisation::Organisation;
use entente_store::journal::{LogRow, log};
use entente_store::{account, organisation, role};
use output::{Report, org_row, user_row};
use uuid::Uuid;

const GENERATED_PASSWORD: usize = 24;
const KEY_LENGTH: usize = 40;
const SHORTEST_PASSWORD: usize = 12;

/// Runs an `admin` command.
///
/// # Errors
/// One line that says what to change.
pub async fn run(config: &Config, admin: &Admin) -> anyhow::Result<()> {
    let db = store::open_prepared(config).await?;
    let desk = Desk {
        secrets: store::secrets(config)?,
        now: SystemClock.now_micros().div_euclid(1_000_000),
        db,
    };
    let done = desk.run(&admin.command).await;
    desk.db.close().await;
    terminal::print(&done?.text(admin.json));
    Ok(())
}

struct Desk {
    db: Db,
    secrets: Secrets,
    now: i64,
}

impl Desk {
    async fn run(&self, command: &AdminCommand) -> anyhow::Result<Report> {
        match command {
            AdminCommand::User(UserCommand::List) => self.users().await,
            AdminCommand::User(UserCommand::Add {
                email,
                org,
                role,
                password_stdin,
            }) => {
                self.add_user(email, org.as_deref(), role.as_deref(), *password_stdin)
                    .await
            }
            AdminCommand::User(UserCommand::ResetPassword {
                email,
                password_stdin,
            }) => self.reset_password(email, *password_stdin).await,
            AdminCommand::User(UserCommand::ResetKey { email }) => self.reset_key(email).await,
            AdminCommand::User(UserCommand::Disable { email, undo }) => self.disable(email, !undo).await,
            AdminCommand::Org(OrgCommand::List) => {
                let orgs = self.read(|tx| Ok(organisation::all(tx)?)).await?;
                Ok(Report::list(orgs.iter().map(org_row).collect()))
            }
            AdminCommand::Org(OrgCommand::Add { name, uuid, remote }) => {
                self.add_org(name, *uuid, !remote).await
            }
            AdminCommand::Key(KeyCommand::New {
                email,
                comment,
                read_only,
            }) => self.new_key(email, comment, *read_only).await,
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> anyhow::Result<T> {
        self.db.read(f).await.context("cannot read the store")
    }

    async fn user(&self, email: &str) -> anyhow::Result<User> {
        let wanted = email.to_owned();
        self.read(move |tx| Ok(account::by_email(tx, &wanted)?))
            .await?
            .ok_or_else(|| anyhow!("there is no account \"{email}\"; `entente admin user list` shows all"))
    }

    async fn users(&self) -> anyhow::Result<Report> {
        let (users, orgs, roles) = self
            .read(|tx| Ok((account::all(tx)?, organisation::all(tx)?, role::all(tx)?)))
            .await?;
        let rows = users.iter().map(|user| user_row(user, &orgs, &roles));
        Ok(Report::list(rows.collect()))
    }

    async fn add_user(
        &self,
        email: &str,
        org: Option<&str>,
        role: Option<&str>,
        password_stdin: bool,
    ) -> anyhow::Result<Report> {
        let named = email
            .split_once('@')
            .is_some_and(|(l, d)| !l.is_empty() && !d.is_empty());
        if !named || email.contains(char::is_whitespace) {
            bail!("\"{email}\" is not an e-mail address");
        }
        let (orgs, roles, users) = self
            .read(|tx| Ok((organisation::all(tx)?, role::all(tx)?, account::all(tx)?)))
            .await?;
        let org = match org {
            Some(name) => orgs.iter().find(|o| o.name.eq_ignore_ascii_case(name)),
            None => orgs.first(),
        }
        .ok_or_else(|| anyhow!("there is no such organisation; `entente admin org list` shows all"))?;
        let role = match role {
            Some(name) => roles.iter().find(|r| r.name.eq_ignore_ascii_case(name)),
            None => roles.iter().find(|r| r.default),
        }
        .ok_or_else(|| {
            let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
            anyhow!("there is no such role; there are: {}", names.join(", "))
        })?;
        let nids_sid = users.iter().map(|user| user.nids_sid).max().unwrap_or(4_000_000) + 1_000_000;
        let (password, generated) = password(password_stdin)?;
        let hash = hash(&password)?;
        let (key_text, key) = self.make_key("")?;
        let key_hash = self.secrets.key_hash(&key_text);
        let user = new_user(email, org.id, role.id, nids_sid, self.now);
        let (entry, org_name) = (self.entry("User", "add"), org.name.clone());
        let id = self
            .change(move |tx| {
                let id = account::insert(tx, &user, &hash)?;
                account::insert_key(
                    tx,
                    &AuthKey {
                        user: id,
                        ..key.clone()
                    },
                    &key_hash,
                )?;
                let title = format!("User ({}): {}", id.0, user.email);
                log(
                    tx,
                    &LogRow {
                        model_id: id.0,
                        title,
                        ..entry.clone()
                    },
                )?;
                Ok(id)
            })
            .await
            .with_context(|| format!("cannot add \"{email}\"; does it exist already?"))?;
        Ok(Report::one(vec![
            ("id", id.0.into()),
            ("email", email.into()),
            ("org", org_name.into()),
            ("role", role.name.clone().into()),
            ("password", generated.then_some(password).into()),
            ("key", key_text.into()),
        ]))
    }

    async fn reset_password(&self, email: &str, password_stdin: bool) -> anyhow::Result<Report> {
        let user = self.user(email).await?;
        let (password, generated) = password(password_stdin)?;
        let hash = hash(&password)?;
        let id = user.id;
        let changed = User {
            force_logout: true,
            change_pw: generated,
            modified: self.now,
            ..user
        };
        let (now, email) = (self.now, changed.email.clone());
        let entry = self.about(&changed, "reset_password");
        self.write(move |tx| {
            account::update(tx, &changed)?;
            account::set_password(tx, id, &hash, now)?;
            log(tx, &entry)?;
            Ok(())
        })
        .await?;
        Ok(Report::one(vec![
            ("email", email.into()),
            ("password", generated.then_some(password).into()),
        ]))
    }

    async fn reset_key(&self, email: &str) -> anyhow::Result<Report> {
        let user = self.user(email).await?;
        let (text, key) = self.make_key("Made by entente admin user reset-key")?;
        let key = AuthKey { user: user.id, ..key };
        let (hash, now, id) = (self.secrets.key_hash(&text), self.now, user.id);
        let entry = self.about(&user, "reset_auth_key");
        self.write(move |tx| {
            account::expire_keys(tx, id, now)?;
            account::insert_key(tx, &key, &hash)?;
            log(tx, &entry)?;
            Ok(())
        })
        .await?;
        Ok(Report::one(vec![
            ("email", user.email.into()),
            ("key", text.into()),
        ]))
    }

    async fn new_key(&self, email: &str, comment: &str, read_only: bool) -> anyhow::Result<Report> {
        let user = self.user(email).await?;
        let (text, key) = self.make_key(comment)?;
        let key = AuthKey {
            user: user.id,
            read_only,
            ..key
        };
        let (hash, uuid) = (self.secrets.key_hash(&text), key.uuid);
        let entry = LogRow {
            model: "AuthKey".to_owned(),
            ..self.about(&user, "add")
        };
        self.write(move |tx| {
            account::insert_key(tx, &key, &hash)?;
            log(tx, &entry)?;
            Ok(())
        })
        .await?;
        Ok(Report::one(vec![
            ("email", user.email.into()),
            ("uuid", uuid.to_string().into()),
            ("read_only", read_only.into()),
            ("key", text.into()),
        ]))
    }

    async fn disable(&self, email: &str, disabled: bool) -> anyhow::Result<Report> {
        let user = self.user(email).await?;
        let user = User {
            disabled,
            force_logout: true,
            modified: self.now,
            ..user
        };
        let email = user.email.clone();
        let entry = self.about(&user, if disabled { "disable" } else { "enable" });
        self.write(move |tx| {
            account::update(tx, &user)?;
            log(tx, &entry)?;
            Ok(())
        })
        .await?;
        Ok(Report::one(vec![
            ("email", email.into()),
            ("disabled", disabled.into()),
        ]))
    }

    async fn add_org(&self, name: &str, uuid: Option<Uuid>, local: bool) -> anyhow::Result<Report> {
        if name.trim().is_empty() {
            bail!("the name of an organisation is not empty");
        }
        let org = Organisation {
            id: OrgId::NONE,
            uuid: uuid.map_or_else(|| new_uuid(&SystemRandom), Ok)?,
            name: name.trim().to_owned(),
            created: self.now,
            modified: self.now,
            description: String::new(),
            kind: String::new(),
            nationality: String::new(),
            sector: String::new(),
            contacts: String::new(),
            created_by: UserId::NONE,
            local,
            restricted_to_domain: Vec::new(),
            landing_page: None,
        };
        let (entry, added) = (self.entry("Organisation", "add"), org.clone());
        let id = self
            .change(move |tx| {
                let id = organisation::insert(tx, &org)?;
                let title = format!("Organisation ({}): {}", id.0, org.name);
                log(
                    tx,
                    &LogRow {
                        model_id: id.0,
                        title,
                        ..entry.clone()
                    },
                )?;
                Ok(id)
            })
            .await
            .with_context(|| format!("cannot add \"{name}\"; do its name or uuid exist already?"))?;
        Ok(Report::one(org_row(&Organisation { id, ..added })))
    }

    async fn write(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<(), Error> + Send + 'static,
    ) -> anyhow::Result<()> {
        self.change(f).await.context("cannot change the store")
    }

    /// Every change is one that a running server has to learn of.
    async fn change<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db
            .write(move |tx| {
                let value = f(tx)?;
                store::tell_server(tx)?;
                Ok(value)
            })
            .await
    }

    /// A new key and its row, which belongs to nobody yet.
    fn make_key(&self, comment: &str) -> anyhow::Result<(String, AuthKey)> {
        let text = alphanumeric(&SystemRandom, KEY_LENGTH)?;
        let edge = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
        let key = AuthKey {
            id: 0,
            uuid: new_uuid(&SystemRandom)?,
            user: UserId::NONE,
            start: edge(0..4),
            end: edge(KEY_LENGTH - 4..KEY_LENGTH),
            created: self.now,
            expiration: 0,
            read_only: false,
            comment: comment.to_owned(),
            allowed_ips: Vec::new(),
            unique_ips: Vec::new(),
            last_used: 0,
        };
        Ok((text, key))
    }

    fn entry(&self, model: &str, action: &str) -> LogRow {
        LogRow {
            id: 0,
            title: String::new(),
            created: self.now,
            model: model.to_owned(),
            model_id: 0,
            action: action.to_owned(),
            user: 0,
            change: None,
            email: "SYSTEM".to_owned(),
            org: "SYSTEM".to_owned(),
            description: Some("By entente admin, on the store itself.".to_owned()),
            ip: String::new(),
        }
    }

    fn about(&self, user: &User, action: &str) -> LogRow {
        LogRow {
            model_id: user.id.0,
            title: format!("User ({}): {}", user.id.0, user.email),
            ..self.entry("User", action)
        }
    }
}

/// The password on standard input, or a generated one and `true`.
fn password(from_stdin: bool) -> anyhow::Result<(String, bool)> {
    if !from_stdin {
        return Ok((alphanumeric(&SystemRandom, GENERATED_PASSWORD)?, true));
    }
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read the password")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    auth::check_password_policy(&password, SHORTEST_PASSWORD).map_err(|problem| anyhow!(problem))?;
    Ok((password, false))
}

fn hash(password: &str) -> anyhow::Result<String> {
    auth::hash_password_blocking(&SystemRandom, password).context("cannot hash the password")
}

fn new_user(email: &str, org: OrgId, role: RoleId, nids_sid: i64, now: i64) -> User {
    User {
        id: UserId::NONE,
        org,
        role,
        server: 0,
        email: email.to_owned(),
        autoalert: false,
        contactalert: false,
        invited_by: UserId::NONE,
        gpgkey: String::new(),
        certif_public: String::new(),
        nids_sid,
        termsaccepted: false,
        newsread: 0,
        change_pw: true,
        disabled: false,
        expiration: None,
        current_login: 0,
        last_login: 0,
        last_api_access: 0,
        force_logout: false,
        created: now,
        modified: now,
        last_pw_change: now,
        sub: None,
        external_auth_required: false,
        external_auth_key: String::new(),
        notification_daily: false,
        notification_weekly: false,
        notification_monthly: false,
        totp_set: false,
        hotp_counter: None,
    }
}
