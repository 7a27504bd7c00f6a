import { Gate } from './gate.jsx';

export default function Page() {
  return <Gate />;
}
