"""`make bench-dropin`: the same program with and without `sselerate.compat`, in CPU time."""
