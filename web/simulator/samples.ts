/** What the plus sign offers: places and a picture that a citizen might send. */

export interface SamplePlace {
  name: string;
  hint: string;
  location: { lat: number; lng: number; title: string; address: string };
}

export const PLACES: readonly SamplePlace[] = [
  {
    name: "信義區的門牌",
    hint: "臺北市信義區市府路1號",
    location: { lat: 25.0375, lng: 121.5637, title: "位置資訊", address: "110臺北市信義區市府路1號" },
  },
  {
    name: "沒有地址的點",
    hint: "文山區興隆路二段附近，只有座標",
    location: { lat: 24.9996, lng: 121.5468, title: "位置資訊", address: "" },
  },
  {
    name: "外縣市的位置",
    hint: "新北市板橋區中山路一段161號",
    location: { lat: 25.0124, lng: 121.4655, title: "位置資訊", address: "220新北市板橋區中山路一段161號" },
  },
];

/** A street at night with a lamp that is out, as base64 JPEG: drawn here, so that no real place is shown. */
export function samplePhoto(): string {
  const canvas = document.createElement("canvas");
  canvas.width = 960;
  canvas.height = 720;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  const sky = pen.createLinearGradient(0, 0, 0, 520);
  sky.addColorStop(0, "#0d1626");
  sky.addColorStop(1, "#2b3a52");
  pen.fillStyle = sky;
  pen.fillRect(0, 0, 960, 720);
  for (const [x, width, height] of [[0, 210, 330], [190, 150, 250], [620, 170, 290], [770, 190, 380]] as const) {
    pen.fillStyle = "#18222f";
    pen.fillRect(x, 520 - height, width, height);
    pen.fillStyle = "#d9b667";
    for (let row = 0; row < height - 60; row += 52)
      for (let column = 24; column < width - 30; column += 48)
        if ((row * 7 + column * 3 + x) % 5 < 2) pen.fillRect(x + column, 548 - height + row, 20, 26);
  }
  pen.fillStyle = "#242c36";
  pen.fillRect(0, 520, 960, 200);
  pen.strokeStyle = "#56606c";
  pen.lineWidth = 8;
  pen.setLineDash([70, 46]);
  pen.beginPath();
  pen.moveTo(0, 622);
  pen.lineTo(960, 622);
  pen.stroke();
  pen.setLineDash([]);
  pen.strokeStyle = "#77828e";
  pen.lineWidth = 16;
  pen.lineCap = "round";
  pen.beginPath();
  pen.moveTo(470, 560);
  pen.lineTo(470, 150);
  pen.quadraticCurveTo(474, 96, 560, 96);
  pen.stroke();
  pen.fillStyle = "#3c4651";
  pen.beginPath();
  pen.ellipse(592, 106, 54, 18, 0.08, 0, Math.PI * 2);
  pen.fill();
  return canvas.toDataURL("image/jpeg", 0.8).replace(/^data:[^,]*,/, "");
}
