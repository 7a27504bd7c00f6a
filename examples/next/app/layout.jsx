export const metadata = { title: 'My Tool' };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <style>{'license-gate:not(:defined) { display: none }'}</style>
        {children}
      </body>
    </html>
  );
}
