/* The subcommands, one file each. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "cli/command.h"

command_run run_account_create;
command_run run_account_list;
command_run run_account_set;
command_run run_config;
command_run run_demo;
command_run run_health;
command_run run_import_contacts;
command_run run_import_responses;
command_run run_import_suppressions;
command_run run_key_create;
command_run run_key_list;
command_run run_key_revoke;
command_run run_link;
command_run run_mail_test;
command_run run_migrate;
command_run run_rescore;
command_run run_routes;
command_run run_serve;
command_run run_verify;

#endif
