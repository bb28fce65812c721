import { m } from '$paraglide/messages.js';

document.title = m.app_name();
