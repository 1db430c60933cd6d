/**
 * A page that answers a post says under which address it can be opened again: reloading, locking, coming back and
 * relative addresses then mean the page, and nothing is sent twice.
 */
const own = document.body.dataset.address;
if (own && own !== location.pathname) history.replaceState(null, "", own + location.hash);
