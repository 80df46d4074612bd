/** A server that cannot start here: what it needs is not there, as often with the programs of others. */
import { serve } from './serve.js';

if (process.env['WEATHER_API_KEY'] === undefined) {
  console.error('weather: WEATHER_API_KEY is not set');
  process.exit(1);
}

serve('weather', { today: () => 'sunny' });
