export class Endpoint {
  constructor(host, { secure = true, port = null, basePath = "" } = {}) {
    this.host = host;
    this.secure = secure;
    this.port = port;
    this.basePath = basePath; // "" or "/api"
  }
}
