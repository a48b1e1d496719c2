"""What stands on the other side of the wire: nothing here imports anything of ours."""
