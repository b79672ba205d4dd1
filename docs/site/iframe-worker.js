/* Browsers start no worker from a file, which the search is: here it runs in a frame, so that it needs no server. */
if (location.protocol === "file:")
    window.Worker = class extends EventTarget {
        constructor(url) {
            super();
            this.frame = document.createElement("iframe");
            this.frame.hidden = true;
            const begin = `postMessage = data => parent.postMessage(data, "*");
                importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise(done => {
                    const script = document.createElement("script");
                    script.src = url;
                    script.onload = done;
                    document.body.append(script);
                })), Promise.resolve());`;
            this.frame.srcdoc = `<body><script>${begin}</${"script"}><script src="${url}"></${"script"}></body>`;
            this.loaded = new Promise(done => this.frame.addEventListener("load", done));
            document.body.append(this.frame);
            addEventListener("message", event => {
                if (event.source !== this.frame.contentWindow) return;
                const told = new MessageEvent("message", { data: event.data });
                this.dispatchEvent(told);
                if (this.onmessage) this.onmessage(told);
            });
        }
        postMessage(data) {
            this.loaded.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
        }
        terminate() {
            this.frame.remove();
        }
    };
