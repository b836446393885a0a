// A post is dropped anywhere, pasted, or chosen: then it is asked about at once.

const form = document.querySelector("[data-drop]");

if (form) {
  const input = form.querySelector("input[type=file]");
  const waiting = form.querySelector(".waiting");
  const button = form.querySelector("button");
  let left = 0; // files that were dropped or pasted with it
  form.querySelector(".hint").hidden = false;
  form.classList.add("ready");
  button.hidden = true; // what is chosen is asked about at once

  const ask = () => {
    const [file] = input.files;
    if (!file) return;
    if (file.size > Number(form.dataset.most)) {
      const bytes = (count) => `${(count / 1e6).toFixed(1)} MB`;
      waiting.textContent = `This file has ${bytes(file.size)}, at most ${bytes(form.dataset.most)} are taken. Choose a smaller one.`;
      input.value = "";
      return;
    }
    form.requestSubmit();
  };
  const take = (files) => {
    const picture = [...files].find((file) => file.type.startsWith("image/")) ?? files[0];
    if (!picture) {
      waiting.textContent = "That holds no picture. Drop a file, or copy the picture itself.";
      return;
    }
    const one = new DataTransfer();
    one.items.add(picture);
    left = files.length - 1;
    input.files = one.files;
    ask();
  };

  input.addEventListener("change", () => {
    left = 0;
    ask();
  });
  form.addEventListener("submit", () => {
    form.classList.add("asking");
    const one = left ? `Only one of ${left + 1} files, ${input.files[0].name}, is asked about. ` : "";
    waiting.textContent = `${one}Looking through the library …`;
  });
  addEventListener("paste", (event) => {
    if (!event.clipboardData) return;
    const typing = event.target.closest("input:not([type=file]), textarea");
    if (typing && event.clipboardData.getData("text/plain")) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    take(event.dataTransfer.files);
  });
  addEventListener("pageshow", () => {
    form.classList.remove("asking");
    waiting.textContent = "";
  });
}
