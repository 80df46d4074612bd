export { connect } from '../../shop.js';
