"""The shell around the trades: settings, engines, supervisor, committer, intake, application, command line."""
