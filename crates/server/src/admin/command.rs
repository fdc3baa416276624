//! The command line of `entente admin`.
use clap::{Args, Subcommand};
use uuid::Uuid;

/// `entente admin …`
#[derive(Debug, Args)]
pub struct Admin {
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) command: AdminCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Organisations
    #[command(subcommand)]
    Org(OrgCommand),
    /// API keys
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Add an account; prints its generated password and API key
    Add {
        /// Address, which is the login
        email: String,
        /// Name of an organisation; the first one unless given
        #[arg(long)]
        org: Option<String>,
        /// Name of a role; the default role unless given
        #[arg(long)]
        role: Option<String>,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all accounts
    List,
    /// Set a new password and end all sessions; prints it if generated
    ResetPassword {
        /// Address of the account
        email: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// End all API keys of an account and print a new one
    ResetKey {
        /// Address of the account
        email: String,
    },
    /// Switch an account off; a running server notices within a second
    Disable {
        /// Address of the account
        email: String,
        /// Switch it on again
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum OrgCommand {
    /// Add an organisation
    Add {
        /// Its name
        name: String,
        /// Its uuid; generated unless given
        #[arg(long)]
        uuid: Option<Uuid>,
        /// It has no accounts here
        #[arg(long)]
        remote: bool,
    },
    /// List all organisations
    List,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Add an API key to an account and print it
    New {
        /// Address of the account
        email: String,
        /// Remark
        #[arg(long, default_value = "")]
        comment: String,
        /// It may not write
        #[arg(long)]
        read_only: bool,
    },
}
