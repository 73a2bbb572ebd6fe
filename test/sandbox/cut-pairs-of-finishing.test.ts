import { describePairsThatBeginIn } from './cut-pairs';

describePairsThatBeginIn(['testSecret', 'finishSecret']);
