-- message: everything a project has
-- revision: e5f0c7b19a42
-- parents: none
-- created: 2026-11-22T01:38:42Z
-- hazard down drops-table task_versions: Dropping the table `task_versions` deletes all its rows.
-- hazard down drops-table artifacts: Dropping the table `artifacts` deletes all its rows.
-- hazard down drops-table runs: Dropping the table `runs` deletes all its rows.
-- hazard down drops-table approvals: Dropping the table `approvals` deletes all its rows.
-- hazard down drops-table change_requests: Dropping the table `change_requests` deletes all its rows.
-- hazard down drops-table tasks: Dropping the table `tasks` deletes all its rows.
-- hazard down drops-table control_state: Dropping the table `control_state` deletes all its rows.
-- hazard down drops-table projects: Dropping the table `projects` deletes all its rows.

-- migrate:up sqlite

CREATE TABLE "projects" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "name" varchar(255) NOT NULL,
    "description" text,
    "db_path" varchar(512) NOT NULL,
    "root_path" varchar(512),
    "current_phase" enum_text CHECK ("current_phase" IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
    "default_engine" varchar(255),
    "spec_artifact_id" integer,
    "selected_arch_option_id" integer,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "control_state" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "project_id" integer NOT NULL UNIQUE CONSTRAINT "fk-control_state-project_id" REFERENCES "projects" ("id"),
    "paused" boolean NOT NULL,
    "max_attempts" integer NOT NULL,
    "timeout_seconds" integer NOT NULL,
    "current_task_id" integer,
    "extra_data" text,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "tasks" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "project_id" integer NOT NULL CONSTRAINT "fk-tasks-project_id" REFERENCES "projects" ("id"),
    "title" varchar(512) NOT NULL,
    "description" text,
    "status" enum_text NOT NULL CHECK ("status" IN ('PENDING', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'APPROVED', 'REJECTED', 'COMPLETED', 'CANCELLED')),
    "current_phase" enum_text CHECK ("current_phase" IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
    "version" integer NOT NULL,
    "active_version_id" integer,
    "engine_override" varchar(255),
    "extra_data" text,
    "attempts" integer NOT NULL,
    "priority" integer NOT NULL,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "change_requests" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "task_id" integer NOT NULL CONSTRAINT "fk-change_requests-task_id" REFERENCES "tasks" ("id"),
    "phase" enum_text NOT NULL CHECK ("phase" IN ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER')),
    "content" text NOT NULL,
    "status" enum_text NOT NULL CHECK ("status" IN ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'IMPLEMENTED')),
    "version" integer NOT NULL,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "approvals" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "task_id" integer NOT NULL CONSTRAINT "fk-approvals-task_id" REFERENCES "tasks" ("id"),
    "change_request_id" integer CONSTRAINT "fk-approvals-change_request_id" REFERENCES "change_requests" ("id"),
    "approver" varchar(255) NOT NULL,
    "approved" boolean NOT NULL,
    "comment" text,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "runs" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "task_id" integer NOT NULL CONSTRAINT "fk-runs-task_id" REFERENCES "tasks" ("id"),
    "engine" varchar(255) NOT NULL,
    "status" enum_text NOT NULL CHECK ("status" IN ('RUNNING', 'SUCCESS', 'FAILURE', 'TIMEOUT', 'CANCELLED')),
    "log_path" varchar(1024),
    "gate_results" text,
    "extra_data" text,
    "start_time" datetime_text NOT NULL,
    "end_time" datetime_text,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "artifacts" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "project_id" integer NOT NULL CONSTRAINT "fk-artifacts-project_id" REFERENCES "projects" ("id"),
    "task_id" integer CONSTRAINT "fk-artifacts-task_id" REFERENCES "tasks" ("id"),
    "run_id" integer CONSTRAINT "fk-artifacts-run_id" REFERENCES "runs" ("id"),
    "artifact_type" enum_text NOT NULL CHECK ("artifact_type" IN ('SPEC', 'PLAN', 'ARCHITECTURE', 'ADR', 'TRANSCRIPT', 'DIFF', 'LOG', 'OTHER')),
    "name" varchar(512) NOT NULL,
    "file_path" varchar(1024) NOT NULL,
    "storage_path" varchar(1024),
    "sha256" varchar(64),
    "file_size" integer,
    "extra_data" text,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE "task_versions" (
    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    "task_id" integer NOT NULL CONSTRAINT "fk-task_versions-task_id" REFERENCES "tasks" ("id"),
    "version_num" integer NOT NULL,
    "title" varchar(512) NOT NULL,
    "description" text,
    "gates_json" text,
    "deps_json" text,
    "extra_data" text,
    "created_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" datetime_text NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- migrate:up postgres

CREATE TYPE artifacttype AS ENUM ('SPEC', 'PLAN', 'ARCHITECTURE', 'ADR', 'TRANSCRIPT', 'DIFF', 'LOG', 'OTHER');

CREATE TYPE changerequeststatus AS ENUM ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'IMPLEMENTED');

CREATE TYPE phasetype AS ENUM ('PLANNER', 'ARCHITECT', 'REVIEW_APPROVAL', 'CODER');

CREATE TYPE runstatus AS ENUM ('RUNNING', 'SUCCESS', 'FAILURE', 'TIMEOUT', 'CANCELLED');

CREATE TYPE taskstatus AS ENUM ('PENDING', 'IN_PROGRESS', 'AWAITING_APPROVAL', 'APPROVED', 'REJECTED', 'COMPLETED', 'CANCELLED');

CREATE TABLE projects (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT projects_pkey PRIMARY KEY,
    name character varying(255) NOT NULL,
    description text,
    db_path character varying(512) NOT NULL,
    root_path character varying(512),
    current_phase phasetype,
    default_engine character varying(255),
    spec_artifact_id integer,
    selected_arch_option_id integer,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE control_state (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT control_state_pkey PRIMARY KEY,
    project_id integer NOT NULL CONSTRAINT control_state_project_id_key UNIQUE CONSTRAINT "fk-control_state-project_id" REFERENCES projects (id),
    paused boolean NOT NULL,
    max_attempts integer NOT NULL,
    timeout_seconds integer NOT NULL,
    current_task_id integer,
    extra_data text,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE tasks (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT tasks_pkey PRIMARY KEY,
    project_id integer NOT NULL CONSTRAINT "fk-tasks-project_id" REFERENCES projects (id),
    title character varying(512) NOT NULL,
    description text,
    status taskstatus NOT NULL,
    current_phase phasetype,
    version integer NOT NULL,
    active_version_id integer,
    engine_override character varying(255),
    extra_data text,
    attempts integer NOT NULL,
    priority integer NOT NULL,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE change_requests (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT change_requests_pkey PRIMARY KEY,
    task_id integer NOT NULL CONSTRAINT "fk-change_requests-task_id" REFERENCES tasks (id),
    phase phasetype NOT NULL,
    content text NOT NULL,
    status changerequeststatus NOT NULL,
    version integer NOT NULL,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE approvals (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT approvals_pkey PRIMARY KEY,
    task_id integer NOT NULL CONSTRAINT "fk-approvals-task_id" REFERENCES tasks (id),
    change_request_id integer CONSTRAINT "fk-approvals-change_request_id" REFERENCES change_requests (id),
    approver character varying(255) NOT NULL,
    approved boolean NOT NULL,
    comment text,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE runs (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT runs_pkey PRIMARY KEY,
    task_id integer NOT NULL CONSTRAINT "fk-runs-task_id" REFERENCES tasks (id),
    engine character varying(255) NOT NULL,
    status runstatus NOT NULL,
    log_path character varying(1024),
    gate_results text,
    extra_data text,
    start_time timestamp without time zone NOT NULL,
    end_time timestamp without time zone,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE artifacts (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT artifacts_pkey PRIMARY KEY,
    project_id integer NOT NULL CONSTRAINT "fk-artifacts-project_id" REFERENCES projects (id),
    task_id integer CONSTRAINT "fk-artifacts-task_id" REFERENCES tasks (id),
    run_id integer CONSTRAINT "fk-artifacts-run_id" REFERENCES runs (id),
    artifact_type artifacttype NOT NULL,
    name character varying(512) NOT NULL,
    file_path character varying(1024) NOT NULL,
    storage_path character varying(1024),
    sha256 character varying(64),
    file_size integer,
    extra_data text,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE task_versions (
    id integer GENERATED BY DEFAULT AS IDENTITY NOT NULL CONSTRAINT task_versions_pkey PRIMARY KEY,
    task_id integer NOT NULL CONSTRAINT "fk-task_versions-task_id" REFERENCES tasks (id),
    version_num integer NOT NULL,
    title character varying(512) NOT NULL,
    description text,
    gates_json text,
    deps_json text,
    extra_data text,
    created_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at timestamp without time zone NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- migrate:down sqlite

-- drops-table: Dropping the table `task_versions` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "task_versions";

-- drops-table: Dropping the table `artifacts` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "artifacts";

-- drops-table: Dropping the table `runs` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "runs";

-- drops-table: Dropping the table `approvals` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "approvals";

-- drops-table: Dropping the table `change_requests` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "change_requests";

-- drops-table: Dropping the table `tasks` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "tasks";

-- drops-table: Dropping the table `control_state` deletes all its rows.
PRAGMA defer_foreign_keys = ON;
DROP TABLE "control_state";

-- drops-table: Dropping the table `projects` deletes all its rows.
DROP TABLE "projects";

-- migrate:down postgres

-- drops-table: Dropping the table `task_versions` deletes all its rows.
DROP TABLE task_versions;

-- drops-table: Dropping the table `artifacts` deletes all its rows.
DROP TABLE artifacts;

-- drops-table: Dropping the table `runs` deletes all its rows.
DROP TABLE runs;

-- drops-table: Dropping the table `approvals` deletes all its rows.
DROP TABLE approvals;

-- drops-table: Dropping the table `change_requests` deletes all its rows.
DROP TABLE change_requests;

-- drops-table: Dropping the table `tasks` deletes all its rows.
DROP TABLE tasks;

-- drops-table: Dropping the table `control_state` deletes all its rows.
DROP TABLE control_state;

-- drops-table: Dropping the table `projects` deletes all its rows.
DROP TABLE projects;

DROP TYPE taskstatus;

DROP TYPE runstatus;

DROP TYPE phasetype;

DROP TYPE changerequeststatus;

DROP TYPE artifacttype;
