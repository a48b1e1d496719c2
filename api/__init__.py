"""The surface: how the world asks. GraphQL over HTTP for white-label frontends and partner apps."""
