# Varnish for the bench: its builtin policy, but cookies are not looked at, and /p/ is passed.
vcl 4.1;

backend default {
  .host = "127.0.0.1";
  .port = "${originPort}";
}

sub vcl_recv {
  unset req.http.Cookie;
  if (req.url ~ "^/p/") {
    return (pass);
  }
}
