import { describePairsThatBeginIn } from './cut-pairs';

describePairsThatBeginIn(['createSecret', 'setSecret']);
