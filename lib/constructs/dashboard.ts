import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IAlarm,
  LogQueryVisualizationType,
  LogQueryWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Severity } from '../contract/metrics';
import { dashboardName, logGroupName, reconcileFunctionName } from '../contract/names';
import type { ServiceFigures } from '../contract/service-figures';
import { CONDITION_NAMES, conditionMetric, heartbeatMetric } from './alarms';

const FULL_WIDTH = 24;
const MOST_ROWS = 1000;

/** Fields of the reconciler's line about a service, and what the table calls them. */
const SERVICE_COLUMNS: readonly (readonly [field: keyof ServiceFigures | Severity | 'conditions', column: string])[] = [
  ['owner', 'team'],
  ['currentDays', 'days_current'],
  ['createdDays', 'days_old'],
  ['expiresInDays', 'expires_in'],
  ['overdueDays', 'overdue'],
  ['spares', 'spare_keys'],
  ['rotatesInDays', 'rotates_in'],
  ['requests', 'requests_last_hour'],
  ['requestsRatio', 'times_usual'],
  ['outputTokens', 'output_tokens'],
  ['retiringKeyRequests', 'requests_by_old_keys'],
  ['costTodayUsd', 'usd_today'],
  ['costMonthUsd', 'usd_month'],
  ['critical', 'critical_conditions'],
  ['warning', 'warning_conditions'],
  ['conditions', 'in_condition'],
];

/** What the dashboard shows. */
export interface DashboardProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly alarms: readonly IAlarm[];
  readonly rotateFunction: IFunction;
  readonly reconcileFunction: IFunction;
}

/** One dashboard per environment. Services appear in it through one log query, so it stays the same size whatever their number. */
export class Dashboard extends Construct {
  readonly #props: DashboardProps;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.#props = props;
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: dashboardName(props.environment),
      defaultInterval: Duration.days(7),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: FULL_WIDTH })],
        [this.conditions(), this.runs()],
        [this.services()],
        [this.messages()],
      ],
    });
  }

  private conditions(): GraphWidget {
    return new GraphWidget({
      title: 'Services in each condition',
      left: CONDITION_NAMES.map((condition) =>
        conditionMetric(this.#props.environment, condition).with({ label: condition }),
      ),
      width: FULL_WIDTH / 2,
    });
  }

  private runs(): GraphWidget {
    const { environment, rotateFunction, reconcileFunction } = this.#props;
    return new GraphWidget({
      title: 'Runs and errors',
      left: [
        heartbeatMetric(environment).with({ label: 'completed runs' }),
        reconcileFunction.metricErrors({ label: 'reconcile errors' }),
        rotateFunction.metricErrors({ label: 'rotate errors' }),
      ],
      width: FULL_WIDTH / 2,
    });
  }

  /** The reconciler logs one line per service and run; the latest of each is the table. */
  private services(): LogQueryWidget {
    return new LogQueryWidget({
      title: 'Services, as the reconciler saw them last',
      logGroupNames: [logGroupName(reconcileFunctionName(this.#props.environment))],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'filter message = "service"',
        `stats ${SERVICE_COLUMNS.map(([field, column]) => `latest(${field}) as ${column}`).join(', ')} by serviceName`,
        'sort critical_conditions desc, warning_conditions desc, serviceName',
        `limit ${MOST_ROWS}`,
      ],
      width: FULL_WIDTH,
      height: 12,
    });
  }

  /** What people were told, the latest first. */
  private messages(): LogQueryWidget {
    return new LogQueryWidget({
      title: 'Messages sent',
      logGroupNames: [logGroupName(reconcileFunctionName(this.#props.environment))],
      view: LogQueryVisualizationType.TABLE,
      queryLines: [
        'fields @timestamp, subject, condition, kind',
        'filter message = "message"',
        'sort @timestamp desc',
        'limit 50',
      ],
      width: FULL_WIDTH,
      height: 6,
    });
  }
}
